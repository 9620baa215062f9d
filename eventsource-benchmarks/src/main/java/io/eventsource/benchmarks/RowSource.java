package io.eventsource.benchmarks;

import java.util.List;

/** Rows of another package, found by {@link java.util.ServiceLoader}. */
public interface RowSource {

    /** The rows, in the order of the report. */
    List<Row> rows();
}
