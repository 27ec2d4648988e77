//! Macros that stand for places: what is written there must reach the place, not a copy of it.

use std::num::NonZeroUsize;
#[derive(Clone, Copy)]
struct NodeData {
    rootindex: Option<NonZeroUsize>,
}
struct T {
    nodes: Vec<NodeData>,
    index: usize,
    componentcount: usize,
    stack: Vec<usize>,
}
impl T {
    fn visit<F>(&mut self, v: usize, g: &Vec<Vec<usize>>, f: &mut F)
    where
        F: FnMut(&[usize]),
    {
        macro_rules! node {
            ($node:expr) => {
                self.nodes[usize::from($node)]
            };
        }
        let node_v = &mut node![v];
        debug_assert!(node_v.rootindex.is_none());
        let mut v_is_local_root = true;
        let v_index = self.index;
        node_v.rootindex = NonZeroUsize::new(v_index);
        self.index += 1;
        for &w in &g[v] {
            if node![w].rootindex.is_none() {
                self.visit(w, g, f);
            }
            if node![w].rootindex < node![v].rootindex {
                node![v].rootindex = node![w].rootindex;
                v_is_local_root = false
            }
        }
        if v_is_local_root {
            let mut indexadjustment = 1;
            let c = NonZeroUsize::new(self.componentcount);
            let nodes = &mut self.nodes;
            let start = self
                .stack
                .iter()
                .rposition(|&w| {
                    if nodes[v].rootindex > nodes[w].rootindex {
                        true
                    } else {
                        nodes[w].rootindex = c;
                        indexadjustment += 1;
                        false
                    }
                })
                .map(|x| x + 1)
                .unwrap_or_default();
            nodes[v].rootindex = c;
            self.stack.push(v);
            f(&self.stack[start..]);
            self.stack.truncate(start);
            self.index -= indexadjustment;
            self.componentcount -= 1;
        } else {
            self.stack.push(v);
        }
    }
}
fn main() {
    let g = vec![vec![3], vec![7], vec![5], vec![6], vec![1], vec![8], vec![0, 8], vec![4, 5], vec![2]];
    let mut t = T { nodes: vec![NodeData { rootindex: None }; 9], index: 1, componentcount: usize::MAX, stack: vec![] };
    for n in 0..9 {
        if t.nodes[n].rootindex.is_none() {
            t.visit(n, &g, &mut |c| println!("{c:?}"))
        }
    }
}
