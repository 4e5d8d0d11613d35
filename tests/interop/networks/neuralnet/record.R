# Records networks of R's neuralnet (GPL-2 or later), their inputs and its own outputs, in this folder; outside CI.
# apt-get install r-base-core=4.2.2* r-cran-mass; install.packages("neuralnet") (1.44.2); then: Rscript record.R

library(neuralnet)
stopifnot(packageVersion("neuralnet") == "1.44.2")
cases <- character()

numbers <- function(m) {
  rows <- apply(as.matrix(m), 1, function(row) paste(sprintf("%.17g", row), collapse = ", "))
  paste0("[[", paste(rows, collapse = "], ["), "]]")
}

saved <- function(fit, file) {
  dput(list(weights = fit$weights[[1]], act.fct = attr(fit$act.fct, "type"), linear.output = fit$linear.output,
            response = fit$model.list$response, variables = fit$model.list$variables),
       file, control = c("showAttributes", "niceNames", "digits17"))
}

record <- function(file, fit, rows) {
  saved(fit, file)
  case <- sprintf('  {"file": "%s", "tolerance": 1e-12,\n   "inputs": %s,\n   "outputs": %s}',
                  file, numbers(rows), numbers(predict(fit, rows)))
  cases <<- c(cases, case)
}

set.seed(as.integer(Sys.getenv("SEED", "24")))
count <- 50
data <- data.frame(a = runif(count, -1, 2), b = rnorm(count))
data$price <- sin(data$a) * data$b
data$share <- plogis(data$a - data$b)
data$kind <- factor(c("one", "two", "three")[1 + (data$a > 0) + (data$b > 0.5)])
some <- round(data[1:6, c("a", "b")], 3)

fit <- function(..., threshold = 1) neuralnet(..., data = data, threshold = threshold, stepmax = 1e6)
record("tanh.R", fit(price ~ a + b, hidden = c(3, 2), act.fct = "tanh", rep = 2), some)
record("logistic.R", fit(price + share ~ a + b, hidden = 2), some)
record("outputs.R", fit(kind ~ a + b, hidden = 2, linear.output = FALSE, threshold = 3), some)
record("no_hidden.R", fit(share ~ a + b, hidden = 0, linear.output = FALSE), some)
saved(fit(price ~ a, hidden = 2, act.fct = function(x) log(1 + exp(x))), "refused_code.R")

writeLines(c('{"tool": "neuralnet 1.44.2 (R 4.2.2)", "licence": "GPL (>= 2)", "cases": [',
             paste(cases, collapse = ",\n"), "]}"), "expected.json")
