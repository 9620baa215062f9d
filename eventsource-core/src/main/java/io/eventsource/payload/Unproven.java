package io.eventsource.payload;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares that the application takes it on that values come back from JSON as they were, where the library cannot prove
 * it: on one component, or on a class wherever it is used.
 *
 * <pre>{@code
 * @EventType("form-submitted")
 * record FormSubmitted(String form, @Unproven("texts and booleans only") Map<String, Object> answers) {}
 * }</pre>
 *
 * <p>The proof at start leaves out the component or class, and the comparison of the first events leaves out the component.
 * What PostgreSQL cannot store is refused all the same.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
public @interface Unproven {

    /**
     * Why its values come back as they were, or why it does not matter that they do not.
     *
     * @return the reason, for those who read the class
     */
    String value();
}
