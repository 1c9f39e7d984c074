"""The console: two admin sites at one address, and the way from one to the other."""
