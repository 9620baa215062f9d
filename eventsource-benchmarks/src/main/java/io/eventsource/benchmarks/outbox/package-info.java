/** What an outbox costs and how fast it is, beside others and with real brokers. */
@NullMarked
package io.eventsource.benchmarks.outbox;

import org.jspecify.annotations.NullMarked;
