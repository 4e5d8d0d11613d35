# Records networks of R's nnet (GPL-2 or GPL-3), their inputs and nnet's own outputs, in this folder; outside CI.
# apt-get install r-base-core=4.2.2* r-cran-nnet=7.3-18-1, then: Rscript record.R

library(nnet)
stopifnot(packageVersion("nnet") == "7.3.18")
kept <- c("n", "nunits", "nconn", "conn", "nsunits", "entropy", "softmax", "censored", "wts", "lev", "coefnames")
cases <- character()

numbers <- function(m) {
  rows <- apply(as.matrix(m), 1, function(row) paste(sprintf("%.17g", row), collapse = ", "))
  paste0("[[", paste(rows, collapse = "], ["), "]]")
}

record <- function(file, fit, inputs, tolerance = "1e-12") {
  dput(fit[intersect(kept, names(fit))], file, control = c("niceNames", "digits17"))
  frame <- as.data.frame(inputs)
  outputs <- predict(fit, if (inherits(fit, "nnet.formula") || inherits(fit, "multinom")) frame else inputs,
                     type = if (inherits(fit, "multinom")) "probs" else "raw")
  case <- sprintf('  {"file": "%s", "tolerance": %s,\n   "inputs": %s,\n   "outputs": %s}',
                  file, tolerance, numbers(inputs), numbers(outputs))
  cases <<- c(cases, case)
}

set.seed(as.integer(Sys.getenv("SEED", "24")))
rows <- 60
data <- data.frame(a = runif(rows, -1, 2), b = rnorm(rows))
data$price <- sin(data$a) * data$b
data$share <- plogis(data$a - data$b)
data$kind <- factor(c("one", "two", "three")[1 + (data$a > 0) + (data$b > 0.5)], levels = c("one", "two", "three"))
data$yes <- factor(ifelse(data$a * data$b > 0, "yes", "no"))
x <- as.matrix(data[c("a", "b")])
some <- round(x[1:8, ], 3)

fit <- function(...) nnet(..., trace = FALSE, maxit = 60, decay = 0.01)
record("linear.R", fit(price ~ a + b, data, size = 3, linout = TRUE), some)
record("linear_two.R", fit(x, cbind(data$price, data$share), size = 2, linout = TRUE), some)
record("logistic.R", fit(share ~ a + b, data, size = 3), some) # the default for numbers too
record("classes.R", fit(kind ~ a + b, data, size = 2), some)
record("two_classes.R", fit(yes ~ a + b, data, size = 3), some)
record("censored.R", fit(x, class.ind(data$kind), size = 2, censored = TRUE, softmax = FALSE), some)
record("multinom.R", multinom(kind ~ a + b, data, trace = FALSE, maxit = 20), some)
record("no_hidden.R", fit(x, data$price, size = 0, skip = TRUE, linout = TRUE), some)
record("large_sums.R", fit(price ~ a + b, data, size = 3, linout = TRUE), round(200 * x[1:8, ], 1))
skipping <- fit(x, data$price, size = 2, skip = TRUE, linout = TRUE)
dput(skipping[intersect(kept, names(skipping))], "refused_skip.R", control = c("niceNames", "digits17"))

writeLines(c('{"tool": "nnet 7.3-18 (R 4.2.2)", "licence": "GPL-2 | GPL-3", "cases": [',
             paste(cases, collapse = ",\n"), "]}"), "expected.json")
