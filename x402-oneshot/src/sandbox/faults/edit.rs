//! Changes to the JSON of an answer.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One change to the JSON that an endpoint answers, in the words of
/// [JSON Patch](https://www.rfc-editor.org/rfc/rfc6902).
///
/// Paths are [JSON pointers](https://www.rfc-editor.org/rfc/rfc6901); a `*` stands for every element of an array. What
/// a path does not lead to is left alone. The answer is changed, and not what it tells of.
///
/// ```
/// use x402_oneshot::sandbox::faults::Edit;
///
/// let unknown_balances = Edit::replace("/response/*/accountBalanceDetails", None::<()>);
/// let without_scope = Edit::remove("/scope");
/// # let _ = (unknown_balances, without_scope);
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Edit {
    /// Takes a member away and puts it, under another name, into the same object.
    #[non_exhaustive]
    Move {
        /// The member.
        from: String,
        /// Where it goes: another member of the same object.
        path: String,
    },
    /// Takes a member away.
    #[non_exhaustive]
    Remove {
        /// The member.
        path: String,
    },
    /// Gives a member a value, whether it was there or not.
    #[non_exhaustive]
    Replace {
        /// The member.
        path: String,
        /// Its value.
        value: Value,
    },
}

impl Edit {
    /// Renames a member: `from` and `path` differ in their last segment only.
    pub fn rename(from: impl Into<String>, path: impl Into<String>) -> Self {
        Self::Move { from: from.into(), path: path.into() }
    }

    /// Takes a member away.
    pub fn remove(path: impl Into<String>) -> Self {
        Self::Remove { path: path.into() }
    }

    /// Gives a member a value; one that is no JSON, such as a map whose keys are no strings, becomes `null`.
    pub fn replace(path: impl Into<String>, value: impl Serialize) -> Self {
        Self::Replace { path: path.into(), value: serde_json::to_value(value).unwrap_or_default() }
    }

    pub(super) fn apply(&self, json: &mut Value) {
        match self {
            Self::Move { from, path } => {
                let name = unescaped(path.rsplit('/').next().unwrap_or_default());
                each(json, from, &mut |object, member| {
                    if let Some(object) = object.as_object_mut()
                        && let Some(value) = object.remove(member)
                    {
                        object.insert(name.clone(), value);
                    }
                });
            }
            Self::Remove { path } => each(json, path, &mut |object, member| {
                if let Some(object) = object.as_object_mut() {
                    object.remove(member);
                }
            }),
            Self::Replace { path, value } => each(json, path, &mut |parent, member| match parent {
                Value::Object(object) => {
                    object.insert(member.to_owned(), value.clone());
                }
                Value::Array(elements) => {
                    if let Some(element) = member.parse().ok().and_then(|index: usize| elements.get_mut(index)) {
                        *element = value.clone();
                    }
                }
                _ => {}
            }),
        }
    }
}

/// Hands over each object or array that the path leads to, with the last segment.
fn each(json: &mut Value, path: &str, change: &mut dyn FnMut(&mut Value, &str)) {
    let Some((segment, rest)) = path.strip_prefix('/').map(|path| match path.find('/') {
        Some(end) => path.split_at(end),
        None => (path, ""),
    }) else {
        return;
    };
    let segment = unescaped(segment);
    if rest.is_empty() {
        return change(json, &segment);
    }
    match json {
        Value::Array(elements) if segment == "*" => {
            for element in elements {
                each(element, rest, change);
            }
        }
        Value::Array(elements) => {
            if let Some(element) = segment.parse().ok().and_then(|index: usize| elements.get_mut(index)) {
                each(element, rest, change);
            }
        }
        Value::Object(object) => {
            if let Some(member) = object.get_mut(&segment) {
                each(member, rest, change);
            }
        }
        _ => {}
    }
}

/// RFC 6901, section 4.
fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn edited(edit: &Edit, mut json: Value) -> Value {
        edit.apply(&mut json);
        json
    }

    #[test]
    fn members_are_replaced_removed_and_renamed_in_every_element() {
        let list = json!({"response": [{"a": 1}, {"a": 2, "b": 3}, 7], "page": 1});
        let nulled = json!({"response": [{"a": null}, {"a": null, "b": 3}, 7], "page": 1});
        assert_eq!(edited(&Edit::replace("/response/*/a", None::<()>), list.clone()), nulled);
        let removed = json!({"response": [{"a": 1}, {"a": 2}, 7], "page": 1});
        assert_eq!(edited(&Edit::remove("/response/*/b"), list.clone()), removed);
        let renamed = json!({"response": [{"a": 1}, {"a": 2, "c": 3}, 7], "page": 1});
        assert_eq!(edited(&Edit::rename("/response/1/b", "/response/1/c"), list.clone()), renamed);
        let second = json!({"response": [{"a": 1}, 0, 7], "page": 1});
        assert_eq!(edited(&Edit::replace("/response/1", 0), list), second);
    }

    #[test]
    fn what_a_path_does_not_lead_to_is_left_alone() {
        let object = json!({"a": {"b/c": 1}});
        for path in ["", "a", "/x/y", "/a/b/c", "/a/*/b", "/a/b~1c/d"] {
            assert_eq!(edited(&Edit::remove(path), object.clone()), object, "{path}");
        }
        assert_eq!(edited(&Edit::remove("/a/b~1c"), object), json!({"a": {}}));
    }
}
