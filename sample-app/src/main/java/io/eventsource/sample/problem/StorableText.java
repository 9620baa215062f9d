package io.eventsource.sample.problem;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import jakarta.validation.ReportAsSingleViolation;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A text that PostgreSQL can store and compare: without U+0000 and halves of surrogate pairs, and not longer than anybody needs. */
@Documented
@Target({ElementType.PARAMETER, ElementType.FIELD, ElementType.RECORD_COMPONENT})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = {})
@Size(max = 2_000) @Pattern(regexp = "[^\\x{0}\\x{D800}-\\x{DFFF}]*", flags = Pattern.Flag.DOTALL) @ReportAsSingleViolation
public @interface StorableText {

    /** What is answered when it is none. */
    String message() default "must have at most 2000 characters, without U+0000 and unpaired surrogates";

    /** Groups of constraints, as Bean Validation has them. */
    Class<?>[] groups() default {};

    /** What a client of Bean Validation attaches. */
    Class<? extends Payload>[] payload() default {};
}
