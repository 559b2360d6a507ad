"""What the answers mean: pure figures from counts, each with how sure it is."""
