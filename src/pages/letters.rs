//! Letters of European alphabets, for who searches. The standard library knows all alphabets there are, by
//! tables that are larger than a section of the dashboard.

/// A text in small letters, for comparing: Latin, Greek and Cyrillic. Letters of other alphabets stay.
pub fn lower(text: &str) -> String {
    text.chars().map(lower_letter).collect()
}

/// Capitals and small letters of a block stand at a distance, or in pairs.
fn lower_letter(letter: char) -> char {
    let code = u32::from(letter);
    let small = match letter {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => code + 32,
        'Ѐ'..='Џ' => code + 80,
        'Ā'..='į' | 'Ĳ'..='ķ' | 'Ŋ'..='ŷ' | 'Ȁ'..='ȟ' => code | 1,
        'Ĺ'..='ň' | 'Ź'..='ž' => code + code % 2,
        'Ÿ' => return 'ÿ',
        'Ά' => return 'ά',
        'Έ'..='Ί' => code + 37,
        'Ό' => return 'ό',
        'Ύ' | 'Ώ' => code + 63,
        // The same letter at the end of a word.
        'ς' => return 'σ',
        _ => code,
    };
    char::from_u32(small).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_european_alphabets_are_as_the_standard_library_has_them() {
        let blocks = ['\0'..='\u{17f}', '\u{200}'..='\u{21f}', '\u{386}'..='\u{3ce}', '\u{400}'..='\u{45f}'];
        for letter in blocks.into_iter().flatten().filter(|letter| !matches!(letter, 'İ' | 'ς')) {
            assert_eq!(lower(&letter.to_string()), letter.to_lowercase().to_string(), "{letter}");
        }
    }

    #[test]
    fn a_word_is_found_however_it_is_written() {
        assert_eq!(lower("ÆBLE & Łódź, Ελλάδας"), lower("æble & łódź, ΕΛΛάΔΑΣ"));
        assert_eq!(lower("東京 😀"), "東京 😀");
    }
}
