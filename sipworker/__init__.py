"""The SIP and media worker: a program of its own. Knows Django's side only through `callmanager.domain`."""
