"""One room per service: each a small pure machine, signals in, actions out."""
