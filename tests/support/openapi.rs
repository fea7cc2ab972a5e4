//! Holds answers against the OpenAPI document: status, headers and body must be as described.
//!
//! The small part of JSON Schema that the document uses. A keyword that is not known here fails the
//! test, so that nothing is described without being checked.

use edge_eid::admin::rfc3339;
use edge_eid::web::Response;
use serde_json::Value;

pub struct Description(pub Value);

impl Description {
    /// Every (path template, method) that the Worker answers, with the statuses it documents. The
    /// document itself is none of them: it is a static file.
    pub fn operations(&self) -> Vec<(String, String, Vec<u16>)> {
        let mut found = Vec::new();
        let paths = self.0["paths"].as_object().unwrap();
        for (path, item) in paths.iter().filter(|(path, _)| *path != "/api/openapi.json") {
            for (method, operation) in
                item.as_object().unwrap().iter().filter(|(key, _)| *key != "parameters")
            {
                let statuses = operation["responses"].as_object().unwrap().keys();
                found.push((path.clone(), method.clone(), statuses.map(|it| it.parse().unwrap()).collect()));
            }
        }
        found
    }

    /// The template that a path follows.
    pub fn template(&self, path: &str) -> Option<String> {
        let fits = |template: &str| {
            let (wanted, given): (Vec<_>, Vec<_>) =
                (template.split('/').collect(), path.split('/').collect());
            wanted.len() == given.len()
                && wanted.iter().zip(given).all(|(wanted, given)| wanted.starts_with('{') || *wanted == given)
        };
        self.0["paths"].as_object().unwrap().keys().find(|template| fits(template)).cloned()
    }

    /// Checks an answer, and the body of a request that was accepted. Says which operation it was.
    pub fn check(
        &self,
        method: &str,
        path: &str,
        sent: Option<&Value>,
        answer: &Response,
    ) -> Option<(String, String)> {
        let at = format!("{method} {path} answered {}", answer.status);
        let Some(template) = self.template(path) else {
            assert!(matches!(answer.status, 401 | 404), "{at}, and the path is not documented");
            return None;
        };
        let operation = &self.0["paths"][&template][method];
        if operation.is_null() {
            assert!(matches!(answer.status, 401 | 405), "{at}, and the method is not documented");
            return None;
        }
        let documented = self.resolve(&operation["responses"][answer.status.to_string()]);
        assert!(!documented.is_null(), "{at}, which is not documented: {}", answer.body);
        self.check_headers(&at, documented, answer);
        let content = documented["content"].as_object().unwrap();
        let content_type = answer.header("content-type").unwrap();
        let schema =
            &content.get(content_type).unwrap_or_else(|| panic!("{at} with {content_type}"))["schema"];
        self.validate(&at, schema, &serde_json::from_str(&answer.body).unwrap());
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if let (Some(sent), true, false) = (sent, answer.status < 300, schema.is_null()) {
            self.validate(&format!("{at}; what was sent"), schema, sent);
        }
        Some((template, method.to_owned()))
    }

    fn check_headers(&self, at: &str, documented: &Value, answer: &Response) {
        let known = documented["headers"].as_object().cloned().unwrap_or_default();
        for name in known.keys() {
            assert!(answer.header(&name.to_ascii_lowercase()).is_some(), "{at} without {name}");
        }
        for name in ["ETag", "Location", "Allow", "WWW-Authenticate", "Retry-After"] {
            let is_there = answer.header(&name.to_ascii_lowercase()).is_some();
            assert!(!is_there || known.contains_key(name), "{at} with {name}, which is not documented");
        }
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{at}");
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.0.pointer(reference.trim_start_matches('#')).expect(reference),
            None => value,
        }
    }

    fn validate(&self, at: &str, schema: &Value, value: &Value) {
        let schema = self.resolve(schema);
        for (keyword, rule) in schema.as_object().unwrap() {
            let holds = match keyword.as_str() {
                "description" | "examples" | "default" | "readOnly" | "writeOnly" => true,
                "type" => has_type(rule, value),
                "enum" => rule.as_array().unwrap().contains(value),
                "minimum" => value.as_i64().is_none_or(|number| number >= rule.as_i64().unwrap()),
                "maximum" => value.as_i64().is_none_or(|number| number <= rule.as_i64().unwrap()),
                "minLength" => length(value).is_none_or(|length| length >= rule.as_u64().unwrap()),
                "maxLength" => length(value).is_none_or(|length| length <= rule.as_u64().unwrap()),
                "minItems" => items(value).len() as u64 >= rule.as_u64().unwrap(),
                "maxItems" => items(value).len() as u64 <= rule.as_u64().unwrap(),
                "uniqueItems" => {
                    (1..items(value).len()).all(|at| !items(value)[..at].contains(&items(value)[at]))
                }
                "format" => has_format(rule.as_str().unwrap(), value),
                "pattern" => matches_tenant_pattern(rule.as_str().unwrap(), value),
                "required" => {
                    let has = |name: &Value| value.get(name.as_str().unwrap()).is_some();
                    !value.is_object() || rule.as_array().unwrap().iter().all(has)
                }
                "properties" | "propertyNames" => true,
                "additionalProperties" => {
                    for (name, field) in value.as_object().into_iter().flatten() {
                        match (&schema["properties"][name], rule) {
                            (Value::Null, Value::Bool(false)) => panic!("{at}: {name} is not documented"),
                            (Value::Null, rule) => self.validate(&format!("{at}: {name}"), rule, field),
                            (known, _) => self.validate(&format!("{at}: {name}"), known, field),
                        }
                    }
                    true
                }
                "items" => {
                    items(value).iter().for_each(|item| self.validate(at, rule, item));
                    true
                }
                unknown => panic!("the keyword {unknown} is not checked"),
            };
            assert!(holds, "{at}: {value} breaks {keyword} {rule}");
        }
        if let (Some(names), Some(object)) = (schema["propertyNames"]["enum"].as_array(), value.as_object()) {
            assert!(object.keys().all(|name| names.contains(&Value::from(name.as_str()))), "{at}: {value}");
        }
    }
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        other => panic!("the type {other} is not checked"),
    };
    rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is))
}

fn has_format(rule: &str, value: &Value) -> bool {
    value.as_str().is_none_or(|text| match rule {
        "date-time" => rfc3339::parse(text).is_some(),
        "uri" => text.starts_with("https://") || text.starts_with("http://"),
        other => panic!("the format {other} is not checked"),
    })
}

fn matches_tenant_pattern(rule: &str, value: &Value) -> bool {
    assert_eq!(rule, "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "the only pattern that is checked");
    value.as_str().is_none_or(|text| edge_eid::model::TenantId::parse(text).is_ok())
}

fn length(value: &Value) -> Option<u64> {
    value.as_str().map(|text| text.chars().count() as u64)
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
