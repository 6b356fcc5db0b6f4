//! Simulates a town of any size and prints whether its phones give the right warnings. `cargo xtask
//! simulate` runs it.

#![expect(clippy::disallowed_methods, reason = "a program that measures")]

use std::{process::ExitCode, time::Instant};

use clap::Parser;
use tests::{System, town::Town};
use xtask::build::Profile;

#[derive(Parser)]
struct Arguments {
    #[arg(long)]
    phones: usize,
    #[arg(long)]
    ill: usize,
    #[arg(long)]
    seed: u64,
}

fn main() -> ExitCode {
    let Arguments { phones, ill, seed } = Arguments::parse();
    let mut system = System::start_build(Profile::Bench);
    let started = Instant::now();
    let comparison = Town { phones, ill, seed }.run(&mut system);
    println!("phones            {phones}");
    println!("ill               {ill}");
    println!("meetings          {}", comparison.meetings);
    println!("should be warned  {}", comparison.expected);
    println!("wrong             {}", comparison.wrong.len());
    println!("time              {:.0} s", started.elapsed().as_secs_f64());
    for wrong in &comparison.wrong {
        println!("{wrong:?}");
    }
    if comparison.wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
