//! Two simple classifiers that learn to distinguish real uploaders from synthetic ones: logistic
//! regression, and a likelihood ratio that assumes independent features (naive Bayes). Both see
//! each value of each feature as a column of its own.

use std::collections::HashMap;

/// The features of an uploader, and whether it is real.
pub type Example = (Vec<i64>, bool);

/// The share of `unseen` that the better classifier recognises, after learning from `seen`.
pub fn accuracy(seen: &[Example], unseen: &[Example]) -> f64 {
    let columns = Columns::of(seen);
    let seen = columns.rows(seen);
    let unseen = columns.rows(unseen);
    let regression = regression(&seen, columns.0.len());
    let ratio = likelihood_ratio(&seen, columns.0.len());
    [regression, ratio]
        .iter()
        .map(|weights| recognised(weights, &unseen))
        .fold(0.0, f64::max)
}

/// The number of the column for each value of each feature.
struct Columns(HashMap<(usize, i64), usize>);

/// The columns in which an uploader has a one, and whether it is real.
type Row = (Vec<usize>, bool);

impl Columns {
    fn of(examples: &[Example]) -> Self {
        let mut columns = HashMap::new();
        for value in examples
            .iter()
            .flat_map(|(features, _)| features.iter().copied().enumerate())
        {
            let next = columns.len();
            columns.entry(value).or_insert(next);
        }
        Self(columns)
    }

    /// The rows of `examples`, without values that have no column.
    fn rows(&self, examples: &[Example]) -> Vec<Row> {
        let row = |features: &[i64]| {
            let values = features.iter().copied().enumerate();
            values
                .filter_map(|value| self.0.get(&value).copied())
                .collect()
        };
        examples
            .iter()
            .map(|(features, real)| (row(features), *real))
            .collect()
    }
}

/// Weights found by gradient descent with a step for each (AdaGrad), kept small so that they do not
/// learn noise.
fn regression(rows: &[Row], columns: usize) -> Vec<f64> {
    const ROUNDS: usize = 12;
    const STEP: f64 = 0.2;
    const SHRINK: f64 = 0.003;
    let mut weights = vec![0.0; columns];
    let mut squares = vec![1.0; columns];
    for _ in 0..ROUNDS {
        for (row, real) in rows {
            let probability = 1.0 / (1.0 + (-score(&weights, row)).exp());
            let error = probability - f64::from(u8::from(*real));
            for column in row {
                let gradient = error + SHRINK * weights[*column];
                squares[*column] += gradient * gradient;
                weights[*column] -= STEP * gradient / f64::sqrt(squares[*column]);
            }
        }
    }
    weights
}

/// Weights that are the logarithm of the ratio of a value's frequency among real uploaders to that
/// among synthetic ones.
fn likelihood_ratio(rows: &[Row], columns: usize) -> Vec<f64> {
    let mut real = vec![1.0; columns];
    let mut synthetic = vec![1.0; columns];
    for (row, is_real) in rows {
        let counts = if *is_real { &mut real } else { &mut synthetic };
        row.iter().for_each(|column| counts[*column] += 1.0);
    }
    real.iter()
        .zip(synthetic)
        .map(|(real, synthetic)| f64::ln(real / synthetic))
        .collect()
}

fn score(weights: &[f64], row: &[usize]) -> f64 {
    row.iter().map(|column| weights[*column]).sum()
}

fn recognised(weights: &[f64], rows: &[Row]) -> f64 {
    let right = rows
        .iter()
        .filter(|(row, real)| (score(weights, row) > 0.0) == *real)
        .count();
    right as f64 / rows.len() as f64
}
