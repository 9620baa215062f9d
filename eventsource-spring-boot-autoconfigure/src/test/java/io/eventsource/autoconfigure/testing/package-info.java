/** What tests share. */
@NullMarked
package io.eventsource.autoconfigure.testing;

import org.jspecify.annotations.NullMarked;
