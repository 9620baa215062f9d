/** An application of nothing, in a package of its own so that nothing is found in it. */
@NullMarked
package io.eventsource.benchmarks.empty;

import org.jspecify.annotations.NullMarked;
