/** Events to and from Kafka, as CloudEvents in binary mode. */
@NullMarked
package io.eventsource.brokers.kafka;

import org.jspecify.annotations.NullMarked;
