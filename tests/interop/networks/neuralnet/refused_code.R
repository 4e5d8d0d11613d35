list(weights = list(structure(c(-1.0532067342520206, -0.021005323188102054, 
0.73213682489888443, -0.67515733014808821), dim = c(2, 2)), structure(c(0.52573285977002016, 
0.12954730972162476, -0.42531915629448425), dim = c(3, 1))), 
    act.fct = "function", linear.output = TRUE, response = "price", 
    variables = "a")
