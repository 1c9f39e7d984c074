"""What a call is: legs, signals in, actions out. Pure."""
