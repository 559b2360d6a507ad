"""Survey sessions as a pure state machine: begin, advance."""
