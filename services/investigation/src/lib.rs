//! investigation
