"""What calls cost: rates, balances, the ledger.

Nothing is built here yet; the app holds its place in the order of imports.
"""
