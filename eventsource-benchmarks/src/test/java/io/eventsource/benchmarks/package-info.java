@NullMarked
package io.eventsource.benchmarks;

import org.jspecify.annotations.NullMarked;
