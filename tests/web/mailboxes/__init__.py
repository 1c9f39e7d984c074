"""Extensions, the directory, snapshots, CDRs."""
