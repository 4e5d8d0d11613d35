list(n = c(2, 0, 1), nunits = 4, nconn = c(0, 0, 0, 0, 3), conn = c(0, 
1, 2), nsunits = 3, entropy = FALSE, softmax = FALSE, censored = FALSE, 
    wts = c(0.01279410714123899, -0.013747103360676348, 0.12611255667024426
    ))
