package io.eventsource.autoconfigure.aot;

import io.eventsource.projection.EventHandler;
import java.lang.reflect.Method;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** Has the {@code @EventHandler} methods of projections kept, which are found and called by reflection. */
final class AheadOfTimeHandlers implements BeanRegistrationAotProcessor {

    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
        Class<?> beanClass = bean.getBeanClass();
        Set<Method> handlers = MethodIntrospector.selectMethods(
                beanClass, (Method method) -> AnnotatedElementUtils.hasAnnotation(method, EventHandler.class));
        if (handlers.isEmpty()) {
            return null;
        }
        return (generation, code) -> {
            generation.getRuntimeHints().reflection().registerType(beanClass, MemberCategory.INVOKE_DECLARED_METHODS);
            handlers.forEach(handler ->
                    generation.getRuntimeHints().reflection().registerMethod(handler, ExecutableMode.INVOKE));
        };
    }
}
