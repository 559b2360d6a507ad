"""Cases: an unhappy customer in front of a human. Pure: a case, an event and the time give a new case and effects."""
