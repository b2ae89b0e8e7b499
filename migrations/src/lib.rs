//! The schema, one set of migrations for SQLite and PostgreSQL.
//!
//! A migration that was released is never edited; each can be undone. Hot tables lead their primary key with the
//! journal, so that a distributed PostgreSQL can shard by it. What is not needed is not stored: days, not times.

mod accounts;
mod audit;
mod devices;
mod erased_journals;
mod journals;
mod lost_files;
mod passkeys;
mod past_cards;
mod second_factors;
mod uploads;

use sea_orm_migration::prelude::*;

/// Runs every migration, in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(accounts::Migration),
            Box::new(journals::Migration),
            Box::new(audit::Migration),
            Box::new(uploads::Migration),
            Box::new(devices::Migration),
            Box::new(past_cards::Migration),
            Box::new(lost_files::Migration),
            Box::new(second_factors::Migration),
            Box::new(erased_journals::Migration),
            Box::new(passkeys::Migration),
        ]
    }
}
