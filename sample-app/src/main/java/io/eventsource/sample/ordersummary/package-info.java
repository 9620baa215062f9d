/** The read model of orders: one row each. */
@NullMarked
package io.eventsource.sample.ordersummary;

import org.jspecify.annotations.NullMarked;
