"""Pure decisions about calls: values in, values out. No framework, no SIP stack, no clock, no network."""
