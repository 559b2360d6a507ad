"""What `run.py` can do, one file per command, loaded when used."""
