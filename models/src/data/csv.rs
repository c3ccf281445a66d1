//! Comma-separated values: a sample a line, features first.

use super::{DataError, Dataset, Shape, Targets};
use std::path::Path;

/// Reads the samples; empty lines are skipped, there is no quoting and no heading.
pub(super) fn parse(path: &Path, bytes: &[u8], shape: Shape) -> Result<Dataset, DataError> {
    let text = std::str::from_utf8(bytes).map_err(|_| DataError::File {
        path: path.to_owned(),
        problem: "not text in UTF-8; data.format says csv".into(),
    })?;
    let (mut features, mut targets) = (Vec::new(), Vec::new());
    for (number, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        sample(line, shape, &mut features, &mut targets).map_err(|problem| DataError::Line {
            path: path.to_owned(),
            line: number + 1,
            problem,
        })?;
    }
    Dataset::from_rows(path, features, targets, shape)
}

fn sample(
    line: &str,
    shape: Shape,
    features: &mut Vec<f32>,
    targets: &mut Vec<u32>,
) -> Result<(), String> {
    let columns = shape.features as usize + shape.target_columns();
    let found = line.split(',').count();
    if found != columns {
        return Err(format!(
            "{found} columns where the model needs {columns} ({} features and {}); mend the file or model.layers",
            shape.features,
            match shape.targets {
                Targets::Classes(_) => "a label".to_owned(),
                Targets::Values(count) => format!("{count} targets"),
            }
        ));
    }
    for (column, field) in line.split(',').map(str::trim).enumerate() {
        match shape.targets {
            _ if column < shape.features as usize => features.push(number(field, column)?),
            Targets::Classes(classes) => targets.push(label(field, classes)?),
            Targets::Values(_) => targets.push(number(field, column)?.to_bits()),
        }
    }
    Ok(())
}

fn number(field: &str, column: usize) -> Result<f32, String> {
    let value = field.parse::<f32>().ok().filter(|value| value.is_finite());
    value.ok_or_else(|| {
        format!(
            "column {}: {:?} is not a finite number",
            column + 1,
            shown(field)
        )
    })
}

fn label(field: &str, classes: u32) -> Result<u32, String> {
    let value = field
        .parse::<u32>()
        .map_err(|_| format!("the label {:?} is not a whole number", shown(field)))?;
    match value < classes {
        true => Ok(value),
        false => Err(format!(
            "the label {value} is not below {classes}, the last of model.layers"
        )),
    }
}

/// At most 40 characters of what was found.
fn shown(field: &str) -> String {
    field.chars().take(40).collect()
}
