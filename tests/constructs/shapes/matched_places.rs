//! Places that are matched and changed in an arm: where an arm borrows from them, the others may still write.

#[derive(Debug)]
struct Parser {
    text: Vec<char>,
    token: Option<char>,
    marks: [Option<String>; 2],
    depth: Option<Box<usize>>,
}

impl Parser {
    fn next(&mut self) -> Result<char, String> {
        self.text.pop().ok_or_else(|| String::from("no more"))
    }

    fn peek(&mut self) -> Result<&char, String> {
        match self.token {
            None => {
                self.token = Some(self.next()?);
                Ok(self.token.as_ref().unwrap())
            }
            Some(ref token) => Ok(token),
        }
    }

    fn mark(&mut self, at: usize) -> &str {
        if let Some(ref mark) = self.marks[at] {
            if mark.len() > 2 {
                self.depth = None;
            }
        } else {
            self.marks[at] = Some(format!("m{at}"));
        }
        match self.marks[at] {
            Some(ref mut mark) => {
                mark.push('!');
                mark
            }
            None => "",
        }
    }

    fn deeper(&mut self) -> usize {
        match self.depth {
            Some(ref mut depth) if **depth > 2 => {
                **depth = 0;
                0
            }
            Some(ref depth) => {
                let next = **depth + 1;
                self.depth = Some(Box::new(next));
                next
            }
            None => {
                self.depth = Some(Default::default());
                self.deeper()
            }
        }
    }
}

fn main() {
    let marks = [None, Some(String::from("abc"))];
    let mut parser = Parser { text: "yx".chars().collect(), token: None, marks, depth: Some(Box::new(1)) };
    println!("{:?} {:?}", parser.peek().cloned(), parser.token.take());
    println!("{:?} {:?} {:?}", parser.peek().copied(), parser.peek().copied(), parser.token.take());
    println!("{:?}", parser.peek());
    println!("{} {}", parser.mark(0).to_owned(), parser.mark(1));
    println!("{} {} {} {}", parser.deeper(), parser.deeper(), parser.deeper(), parser.deeper());
    println!("{parser:?}");
}
