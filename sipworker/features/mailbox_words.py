"""Sentences of a mailbox, by the names of their prompts. The keys that they name are those that it listens to."""

from __future__ import annotations

MENU = (
    "vm-prev",
    "vm-repeat",
    "vm-next",
    "vm-delete",
    "vm-toforward",
    "vm-savemessage",
    "vm-helpexit",
)
# 2: from new messages to old ones and back; 3: more about a message; 0: greetings and PIN.
HELP = ("vm-opts", *MENU)
EMPTY_HELP = ("vm-opts", "vm-helpexit")
ADVANCED = ("vm-tocallback", "vm-tohearenv", "vm-starmain")
# One of several greetings was heard: 1 takes it, 4 and 6 lead to the others, 3 records.
GREETING_CHOICE = ("if-correct-press", "digits/1")
GREETING_ACTIVE = ("activated",)
GREETING_OTHERS = ("vm-prev", "vm-next")
OPTIONS = ("vm-options",)
REVIEW = ("vm-review",)
NO_CALL_BACK = ("vm-nonumber",)
NOT_CALLED_BACK = ("vm-nobodyavail",)
# Something of ours does not work: nobody is left to guess why it is silent.
FAULT = ("sorry-youre-having-problems", "please-try-call-later")

ALL = (
    *HELP,
    *ADVANCED,
    *OPTIONS,
    *GREETING_CHOICE,
    *GREETING_ACTIVE,
    *GREETING_OTHERS,
    *REVIEW,
    *NO_CALL_BACK,
    *NOT_CALLED_BACK,
    *FAULT,
    "beep",
    "vm-deleted",
    "vm-extension",
    "vm-first",
    "vm-forwardoptions",
    "vm-from-extension",
    "vm-from-phonenumber",
    "vm-goodbye",
    "vm-incorrect",
    "vm-INBOX",
    "vm-intro",
    "vm-invalid-password",
    "vm-isonphone",
    "vm-isunavail",
    "vm-last",
    "vm-mailboxfull",
    "vm-marked-nonurgent",
    "vm-marked-urgent",
    "vm-message",
    "vm-messages",
    "vm-mismatch",
    "vm-msgforwarded",
    "vm-msgsaved",
    "vm-newpassword",
    "vm-nobox",
    "vm-nomore",
    "vm-Old",
    "vm-passchanged",
    "vm-password",
    "vm-rec-busy",
    "vm-rec-name",
    "vm-rec-temp",
    "vm-rec-unv",
    "vm-received",
    "vm-record-prepend",
    "vm-reenterpassword",
    "vm-review-nonurgent",
    "vm-review-urgent",
    "vm-saved",
    "vm-tempgreeting2",
    "vm-tempremoved",
    "vm-theperson",
    "vm-tooshort",
    "vm-undelete",
    "vm-undeleted",
    "vm-unknown-caller",
)
