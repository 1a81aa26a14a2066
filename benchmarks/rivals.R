# Times one task in R and writes its numbers. Arguments: task, folder. The folder holds first.csv, second.csv (experts x
# statements, blank = no rating) and colleges.csv; numbers.csv and seconds.csv are written there. Reading is not timed.
arguments <- commandArgs(trailingOnly = TRUE)
task <- arguments[1]
folder <- arguments[2]
ratings <- function(name) unname(as.matrix(read.csv(file.path(folder, name), header = FALSE)))
first <- ratings("first.csv")
colleges <- factor(readLines(file.path(folder, "colleges.csv")))

cells <- function() {
  t(apply(first, 2, function(x) {
    q <- quantile(x, c(0.5, 0.25, 0.75), na.rm = TRUE, names = FALSE, type = 7)
    c(q, q[3] - q[2], mean(x >= 7, na.rm = TRUE))
  }))
}
wilcoxon <- function() {
  second <- ratings_second
  sapply(seq_len(ncol(first)), function(i) {
    wilcox.test(second[, i], first[, i], paired = TRUE, exact = FALSE, correct = FALSE)$p.value
  })
}
kruskal <- function() sapply(seq_len(ncol(first)), function(i) kruskal.test(first[, i], colleges)$p.value)
kendall_vegan <- function() {
  found <- vegan::kendall.global(t(first), nperm = 1)$Concordance_analysis
  c(found["W", 1], found["Chi2", 1])
}
kendall_irr <- function() {
  found <- irr::kendall(t(first), correct = TRUE)
  c(found$value, found$statistic)
}
alpha_irr <- function() irr::kripp.alpha(first, method = "ordinal")$value

if (task == "wilcoxon") ratings_second <- ratings("second.csv")
run <- get(task)
numbers <- suppressWarnings(run())
seconds <- replicate(5, system.time(suppressWarnings(run()))[["elapsed"]])
options(digits = 17)
write.table(numbers, file.path(folder, "numbers.csv"), row.names = FALSE, col.names = FALSE, sep = ",")
writeLines(format(median(seconds)), file.path(folder, "seconds.csv"))
