/** The read model of customers: what each has ordered in all. */
@NullMarked
package io.eventsource.sample.customertotals;

import org.jspecify.annotations.NullMarked;
