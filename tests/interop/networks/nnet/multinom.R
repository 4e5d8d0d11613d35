list(n = c(3, 0, 3), nunits = 7, nconn = c(0, 0, 0, 0, 0, 4, 
8, 12), conn = c(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3), nsunits = 4, 
    entropy = FALSE, softmax = TRUE, censored = FALSE, wts = c(0, 
    0, 0, 0, 0, 1.5080830626068928, 5.5603673578997528, 1.8014056568285031, 
    0, -10.993097964261558, 12.094164065859054, 10.021447288340591
    ), lev = c("one", "two", "three"), coefnames = c("(Intercept)", 
    "a", "b"))
