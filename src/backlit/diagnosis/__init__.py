"""Why a network does not learn: the flow of its gradient, symptoms with evidence, and the one change that mends it."""
