/** An application as users write it, with tests as they write them. */
@NullMarked
package io.eventsource.autoconfigure.bank;

import org.jspecify.annotations.NullMarked;
