//! Numbers, from their text in a document to the texts that two languages print.

/// As ECMAScript's `Number::toString` prints it; what overflows a double prints as `null`.
pub(super) fn ecma_script(text: &str, out: &mut String) {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => out.push_str(ryu_js::Buffer::new().format_finite(number)),
        _ => out.push_str("null"),
    }
}

/// As Python's `json` prints it: integers exactly, the others as `repr` does.
pub(super) fn python(text: &str, out: &mut String) {
    if !text.contains(['.', 'e', 'E']) {
        return out.push_str(if text == "-0" { "0" } else { text });
    }
    let number = text.parse::<f64>().unwrap_or(f64::INFINITY);
    if number.is_infinite() {
        return out.push_str(if number.is_sign_negative() { "-Infinity" } else { "Infinity" });
    }
    // Rust prints the shortest digits that read back, as Python does; only the layout differs.
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        // `Debug` prints `1.0` where `Display` prints `1`, and no exponent within 1e-5 and 1e16.
        let plain = number.to_string();
        out.push_str(&plain);
        if !plain.contains('.') {
            out.push_str(".0");
        }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        out.push_str(&format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(form: fn(&str, &mut String), text: &str) -> String {
        let mut out = String::new();
        form(text, &mut out);
        out
    }

    #[test]
    fn each_language_prints_its_own_text() {
        for (text, ecma, py) in [
            ("0", "0", "0"),
            ("-0", "0", "0"),
            ("-0.0", "0", "-0.0"),
            ("1.0", "1", "1.0"),
            ("1E2", "100", "100.0"),
            ("0.1", "0.1", "0.1"),
            ("0.0001", "0.0001", "0.0001"),
            ("0.00001", "0.00001", "1e-05"),
            ("1e-7", "1e-7", "1e-07"),
            ("-1.5e-10", "-1.5e-10", "-1.5e-10"),
            ("1e15", "1000000000000000", "1000000000000000.0"),
            ("1e16", "10000000000000000", "1e+16"),
            ("1e21", "1e+21", "1e+21"),
            ("1.5e300", "1.5e+300", "1.5e+300"),
            ("5e-324", "5e-324", "5e-324"),
            ("1e400", "null", "Infinity"),
            ("-1e400", "null", "-Infinity"),
            ("9007199254740993", "9007199254740992", "9007199254740993"),
            ("123456789012345680000.0", "123456789012345680000", "1.2345678901234568e+20"),
            ("2.2250738585072011e-308", "2.225073858507201e-308", "2.225073858507201e-308"),
        ] {
            assert_eq!(print(ecma_script, text), ecma, "ECMAScript: {text}");
            assert_eq!(print(python, text), py, "Python: {text}");
        }
    }

    #[test]
    fn an_integer_beyond_every_double_overflows_for_ecma_script_alone() {
        let digits = "9".repeat(400);
        assert_eq!(print(ecma_script, &digits), "null");
        assert_eq!(print(python, &digits), digits);
    }
}
