/** Subscriptions: what drives a projection through the log, and the checkpoint that says how far it is. */
@NullMarked
package io.eventsource.subscription;

import org.jspecify.annotations.NullMarked;
