"""What the law and plain sense demand of a record, as functions of facts and dates; pure."""
