"""The process of one phone: the only room of the tests that runs pjsua2.

One process per phone, because a pjsua2 process has one endpoint: codecs, ports and crashes stay with
their phone.
Orders come as JSON lines on stdin, answers and events go out on stdout.
"""
