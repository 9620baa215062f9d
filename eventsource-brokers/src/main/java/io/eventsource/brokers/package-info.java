/** What the feeds of all brokers share. */
@NullMarked
package io.eventsource.brokers;

import org.jspecify.annotations.NullMarked;
