"""The only room that speaks to pjsua2: translates its callbacks into signals and actions into its calls."""
