/** Side-by-side benchmarks: every figure comes from rounds in which the contenders take turns on one server. */
@NullMarked
package io.eventsource.benchmarks;

import org.jspecify.annotations.NullMarked;
