"""Decisions alone: no Django, no SIP stack, no network, no sleep."""
