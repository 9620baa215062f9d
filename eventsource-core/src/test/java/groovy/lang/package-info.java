/** What classes that Groovy compiles refer to. */
@NullMarked
package groovy.lang;

import org.jspecify.annotations.NullMarked;
