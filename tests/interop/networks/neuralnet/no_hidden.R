list(weights = list(structure(c(0.037440453414633895, 0.6702826420313559, 
-0.43490874949895486), dim = c(3, 1))), act.fct = "logistic", 
    linear.output = FALSE, response = "share", variables = c("a", 
    "b"))
