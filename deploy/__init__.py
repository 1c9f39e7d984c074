"""Set-up and the process runner. Nothing here knows what a call is."""
