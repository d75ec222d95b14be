//! Tests of the whole product: its shape ([`workspace`](../workspace/main.rs)), its behaviour under faults, and what
//! programs of others make of it.
