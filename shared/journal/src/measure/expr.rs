//! Score expressions: `sum(q1..q9)`, `mean(q1, reverse(q2), q3..q10) * 10`, `at_least(2, q1..q5) >= 1`.
//!
//! The whole language: numbers, names of items and scores, `a..b` for the items from a to b, `+`, `*` with a number, and
//! the five functions below. No loops, no conditions inside, no names of its own: whoever reads the literature can read
//! it. A parsed expression has only references that exist, and a range that is known before anybody answers.

use super::points::Points;

/// No value of an expression is beyond this.
pub(super) const BOUND: f64 = 100_000.0;
/// Functions inside functions.
const DEEPEST: usize = 6;
/// Characters of one expression.
const LONGEST: usize = 400;

/// A parsed expression over the places of items and scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expr {
    Number(Points),
    Item(usize),
    /// The item, turned around within its own range.
    Reversed(usize),
    Score(usize),
    Sum(Vec<Self>),
    Max(Vec<Self>),
    /// The mean of what is answered.
    Mean(Vec<Self>),
    /// How many are at least as high.
    AtLeast(Points, Vec<Self>),
    Times(Box<Self>, Points),
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Item(usize),
    Score(usize),
}

/// How an expression compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    AtLeast,
    AtMost,
}

/// `expression >= number` or `expression <= number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    left: Expr,
    comparison: Comparison,
    right: Points,
}

/// What expressions are computed from: answers by place, scores by place, and the range of each item.
pub(super) struct Known<'a> {
    pub(super) answers: &'a [Option<u16>],
    pub(super) scores: &'a [Option<Points>],
    pub(super) ranges: &'a [(u16, u16)],
}

impl Expr {
    /// Parses an expression. `find` tells what a name stands for.
    pub(super) fn parse(text: &str, find: &dyn Fn(&str) -> Option<Named>) -> Result<Self, String> {
        let mut parser = Parser::new(text, find)?;
        let expr = parser.expr(0)?;
        if parser.rest().is_empty() { Ok(expr) } else { Err(parser.unexpected()) }
    }

    /// Returns the value, or nothing if an answer is missing that it cannot do without.
    pub(super) fn value(&self, known: &Known<'_>) -> Option<f64> {
        let all = |parts: &[Self]| parts.iter().map(|part| part.value(known)).collect::<Option<Vec<_>>>();
        match self {
            Self::Number(points) => Some(points.value()),
            Self::Item(place) => known.answers[*place].map(f64::from),
            Self::Reversed(place) => {
                let (min, max) = known.ranges[*place];
                known.answers[*place].map(|value| f64::from(min) + f64::from(max) - f64::from(value))
            }
            Self::Score(place) => known.scores[*place].map(Points::value),
            Self::Sum(parts) => all(parts).map(|values| values.iter().sum()),
            Self::Max(parts) => all(parts).map(|values| values.into_iter().fold(f64::NEG_INFINITY, f64::max)),
            Self::Mean(parts) => {
                let values: Vec<_> = parts.iter().filter_map(|part| part.value(known)).collect();
                (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
            }
            Self::AtLeast(least, parts) => {
                all(parts).map(|values| values.iter().filter(|value| **value >= least.value()).count() as f64)
            }
            Self::Times(part, by) => part.value(known).map(|value| value * by.value()),
        }
    }

    /// Returns the lowest and the highest value that there can be, from the ranges of items and scores.
    pub(super) fn range(&self, items: &[(u16, u16)], scores: &[(Points, Points)]) -> (f64, f64) {
        let of = |parts: &[Self]| parts.iter().map(|part| part.range(items, scores)).collect::<Vec<_>>();
        match self {
            Self::Number(points) => (points.value(), points.value()),
            Self::Item(place) | Self::Reversed(place) => {
                let (min, max) = items[*place];
                (f64::from(min), f64::from(max))
            }
            Self::Score(place) => {
                let (min, max) = scores[*place];
                (min.value(), max.value())
            }
            Self::Sum(parts) => of(parts).iter().fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1)),
            Self::Max(parts) => {
                of(parts).iter().fold((f64::NEG_INFINITY, f64::NEG_INFINITY), |a, b| (a.0.max(b.0), a.1.max(b.1)))
            }
            // Any part may be the only one that is answered.
            Self::Mean(parts) => {
                of(parts).iter().fold((f64::INFINITY, f64::NEG_INFINITY), |a, b| (a.0.min(b.0), a.1.max(b.1)))
            }
            Self::AtLeast(_, parts) => (0.0, parts.len() as f64),
            Self::Times(part, by) => {
                let (a, b) = part.range(items, scores);
                (a * by.value(), b * by.value())
            }
        }
    }

    /// Shows `look` every part that is not made of parts.
    fn leaves(&mut self, look: &mut dyn FnMut(&mut Self)) {
        match self {
            Self::Sum(parts) | Self::Max(parts) | Self::Mean(parts) | Self::AtLeast(_, parts) => {
                parts.iter_mut().for_each(|part| part.leaves(look));
            }
            Self::Times(part, _) => part.leaves(look),
            Self::Number(_) | Self::Item(_) | Self::Reversed(_) | Self::Score(_) => look(self),
        }
    }

    /// Returns the items and the scores that it needs.
    pub(super) fn needs(&self) -> (Vec<usize>, Vec<usize>) {
        let (mut items, mut scores) = (Vec::new(), Vec::new());
        self.clone().leaves(&mut |leaf| match leaf {
            Self::Item(place) | Self::Reversed(place) => items.push(*place),
            Self::Score(place) => scores.push(*place),
            _ => {}
        });
        (items, scores)
    }

    /// Renames the scores that it needs: each place becomes `new[place]`.
    pub(super) fn renumber(&mut self, new: &[usize]) {
        self.leaves(&mut |leaf| {
            if let Self::Score(place) = leaf {
                *place = new[*place];
            }
        });
    }
}

impl Condition {
    /// Parses a condition.
    pub(super) fn parse(text: &str, find: &dyn Fn(&str) -> Option<Named>) -> Result<Self, String> {
        let (at, comparison) = match (text.find(">="), text.find("<=")) {
            (Some(at), None) => (at, Comparison::AtLeast),
            (None, Some(at)) => (at, Comparison::AtMost),
            _ => return Err("a condition has one `>=` or `<=`, with a number behind it".to_owned()),
        };
        let left = Expr::parse(&text[..at], find)?;
        let right = number(text[at + 2..].trim()).ok_or("behind `>=` or `<=` stands a number")?;
        Ok(Self { left, comparison, right })
    }

    /// Tells whether it holds, or nothing if an answer is missing.
    pub(super) fn holds(&self, known: &Known<'_>) -> Option<bool> {
        let left = Points::rounded(self.left.value(known)?);
        Some(match self.comparison {
            Comparison::AtLeast => left >= self.right,
            Comparison::AtMost => left <= self.right,
        })
    }

    /// Returns what is compared.
    pub(super) const fn left(&self) -> &Expr {
        &self.left
    }

    pub(super) fn renumber(&mut self, new: &[usize]) {
        self.left.renumber(new);
    }
}

/// Reads a number of at most six digits and two decimals.
fn number(text: &str) -> Option<Points> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=5).contains(&whole.len()) && part.len() <= 2 && digits(whole) && digits(part);
    fits.then(|| text.trim_end_matches('.').parse().ok().map(Points::rounded))?
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    find: &'a dyn Fn(&str) -> Option<Named>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, find: &'a dyn Fn(&str) -> Option<Named>) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("an expression has at most {LONGEST} characters"));
        }
        if !text.is_ascii() {
            return Err("an expression has plain letters, digits and signs".to_owned());
        }
        Ok(Self { text, at: 0, find })
    }

    fn rest(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn unexpected(&mut self) -> String {
        match self.rest().chars().next() {
            Some(found) => format!("`{found}` is not expected at character {}", self.at + 1),
            None => "the expression ends too early".to_owned(),
        }
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.take(sign) { Ok(()) } else { Err(format!("`{sign}` is missing at character {}", self.at + 1)) }
    }

    fn word(&mut self, allowed: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let word = &rest[..rest.find(|c| !allowed(c)).unwrap_or(rest.len())];
        self.at += word.len();
        word
    }

    /// `term { "+" term }`
    fn expr(&mut self, depth: usize) -> Result<Expr, String> {
        let mut terms = vec![self.term(depth)?];
        while self.take("+") {
            terms.push(self.term(depth)?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Expr::Sum(terms) })
    }

    /// `factor { "*" number }`
    fn term(&mut self, depth: usize) -> Result<Expr, String> {
        let mut factors = self.factor(depth)?;
        let [factor] = factors.as_mut_slice() else {
            return Err("`..` stands for several items; a function takes them, like `sum(q1..q9)`".to_owned());
        };
        let mut term = factor.clone();
        while self.take("*") {
            let by = self.word(|c| c.is_ascii_digit() || c == '.');
            let by = number(by).ok_or("behind `*` stands a number")?;
            term = Expr::Times(Box::new(term), by);
        }
        Ok(term)
    }

    /// A number, a name, several items, or a function.
    fn factor(&mut self, depth: usize) -> Result<Vec<Expr>, String> {
        if self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            let text = self.word(|c| c.is_ascii_digit() || c == '.');
            let number = number(text).ok_or_else(|| format!("`{text}` is no number that can be used here"))?;
            return Ok(vec![Expr::Number(number)]);
        }
        let name = self.word(|c| c.is_ascii_alphanumeric() || c == '_');
        if name.is_empty() {
            return Err(self.unexpected());
        }
        if self.take("(") {
            return self.function(name, depth + 1).map(|function| vec![function]);
        }
        if self.take("..") {
            let last = self.word(|c| c.is_ascii_alphanumeric() || c == '_');
            let (first, last) = (self.item(name)?, self.item(last)?);
            if last < first {
                return Err(format!("`{name}..` runs backwards"));
            }
            return Ok((first..=last).map(Expr::Item).collect());
        }
        match (self.find)(name) {
            Some(Named::Item(place)) => Ok(vec![Expr::Item(place)]),
            Some(Named::Score(place)) => Ok(vec![Expr::Score(place)]),
            None => Err(unknown(name)),
        }
    }

    fn item(&self, name: &str) -> Result<usize, String> {
        match (self.find)(name) {
            Some(Named::Item(place)) => Ok(place),
            Some(Named::Score(_)) => Err(format!("`{name}` is a score; an item is needed here")),
            None => Err(unknown(name)),
        }
    }

    fn function(&mut self, name: &str, depth: usize) -> Result<Expr, String> {
        if depth > DEEPEST {
            return Err(format!("functions stand in functions at most {DEEPEST} deep"));
        }
        match name {
            "reverse" => {
                let name = self.word(|c| c.is_ascii_alphanumeric() || c == '_');
                let item = self.item(name)?;
                self.expect(")")?;
                Ok(Expr::Reversed(item))
            }
            "at_least" => {
                let least = self.word(|c| c.is_ascii_digit() || c == '.');
                let least = number(least).ok_or("`at_least` begins with a number: `at_least(2, q1..q5)`")?;
                self.expect(",")?;
                Ok(Expr::AtLeast(least, self.parts(depth)?))
            }
            "sum" => Ok(Expr::Sum(self.parts(depth)?)),
            "max" => Ok(Expr::Max(self.parts(depth)?)),
            "mean" => Ok(Expr::Mean(self.parts(depth)?)),
            other => Err(format!("there is no function `{other}`; there are sum, max, mean, reverse and at_least")),
        }
    }

    /// `expr { "," expr } ")"`, where `a..b` stands for several.
    fn parts(&mut self, depth: usize) -> Result<Vec<Expr>, String> {
        let mut parts = Vec::new();
        loop {
            let before = self.at;
            let several = self.factor(depth)?;
            if several.len() > 1 {
                parts.extend(several);
            } else {
                self.at = before;
                parts.push(self.expr(depth)?);
            }
            if !self.take(",") {
                self.expect(")")?;
                return Ok(parts);
            }
        }
    }
}

fn unknown(name: &str) -> String {
    format!("there is no item or score `{name}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Items q1 to q9 and a score `total`.
    fn find(name: &str) -> Option<Named> {
        if name == "total" {
            return Some(Named::Score(0));
        }
        let n: usize = name.strip_prefix('q')?.parse().ok()?;
        (1..=9).contains(&n).then(|| Named::Item(n - 1))
    }

    fn value(text: &str, answers: [Option<u16>; 9]) -> Option<f64> {
        let known = Known { answers: &answers, scores: &[Some(Points::whole(7))], ranges: &[(0, 3); 9] };
        Expr::parse(text, &find).unwrap().value(&known)
    }

    const ANSWERS: [Option<u16>; 9] = [Some(1), Some(0), Some(3), Some(2), Some(2), Some(0), Some(1), Some(3), Some(0)];

    #[test]
    fn expressions_say_what_the_literature_says() {
        for (text, expected) in [
            ("sum(q1..q9)", 12.0),
            ("max(q1..q4) + q5 + max(q6, q7)", 6.0),
            ("mean(q1..q4) * 10", 15.0),
            ("sum(q1, reverse(q2), q3)", 7.0),
            ("at_least(2, q1..q9)", 4.0),
            ("total + 1", 8.0),
            ("sum(max(q1..q4), 2.5)", 5.5),
        ] {
            assert_eq!(value(text, ANSWERS), Some(expected), "{text}");
        }
    }

    #[test]
    fn only_a_mean_can_do_without_an_answer() {
        let mut answers = ANSWERS;
        answers[2] = None;
        assert_eq!(value("mean(q1..q4) * 10", answers), Some(10.0));
        for text in ["sum(q1..q4)", "max(q1..q4)", "at_least(1, q1..q4)", "q3", "reverse(q3)"] {
            assert_eq!(value(text, answers), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_answered_in_words() {
        for (text, message) in [
            ("", "the expression ends too early"),
            ("sum(q1..q9", "`)` is missing at character 11"),
            ("sum(q1..q12)", "there is no item or score `q12`"),
            ("sum(q9..q1)", "`q9..` runs backwards"),
            ("median(q1..q9)", "there is no function `median`; there are sum, max, mean, reverse and at_least"),
            ("q1..q9", "`..` stands for several items; a function takes them, like `sum(q1..q9)`"),
            ("sum(q1) q2", "`q` is not expected at character 9"),
            ("reverse(total)", "`total` is a score; an item is needed here"),
            ("q1 * q2", "behind `*` stands a number"),
            ("q1 - q2", "`-` is not expected at character 4"),
            ("9999999", "`9999999` is no number that can be used here"),
        ] {
            assert_eq!(Expr::parse(text, &find).unwrap_err(), message, "{text}");
        }
        let deep = format!("{}q1{}", "sum(".repeat(7), ")".repeat(7));
        assert!(Expr::parse(&deep, &find).unwrap_err().contains("at most 6 deep"));
    }

    #[test]
    fn a_range_is_known_before_anybody_answers() {
        let range =
            |text| Expr::parse(text, &find).unwrap().range(&[(0, 3); 9], &[(Points::whole(0), Points::whole(27))]);
        assert_eq!(range("sum(q1..q9)"), (0.0, 27.0));
        assert_eq!(range("mean(q1..q9) * 10"), (0.0, 30.0));
        assert_eq!(range("max(q1..q4) + 1"), (1.0, 4.0));
        assert_eq!(range("total + at_least(2, q1..q4)"), (0.0, 31.0));
    }
}
