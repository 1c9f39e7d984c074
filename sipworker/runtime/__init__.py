"""The shell around the calls: order, time and numbering. No rules."""
