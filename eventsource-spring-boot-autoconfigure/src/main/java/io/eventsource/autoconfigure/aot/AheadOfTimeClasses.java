package io.eventsource.autoconfigure.aot;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.aggregate.Decider;
import io.eventsource.autoconfigure.scan.AnnotatedClassScanner;
import io.eventsource.event.EventType;
import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.GenerationContext;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.aot.BeanFactoryInitializationCode;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/**
 * Finds, when the application is built, what is found by scanning otherwise: classes of events and aggregates. Writes their
 * names down, since a native image has no class path to scan, and has them kept with what JSON and the repositories reflect on.
 */
final class AheadOfTimeClasses implements BeanFactoryInitializationAotProcessor {

    @Override
    public BeanFactoryInitializationAotContribution processAheadOfTime(ConfigurableListableBeanFactory beanFactory) {
        Environment environment = beanFactory.getBean(Environment.class);
        AnnotatedClassScanner scanner = new AnnotatedClassScanner(beanFactory, environment);
        return new Contribution(
                scanner.find(EventType.class), scanner.find(AggregateType.class), deciders(beanFactory));
    }

    private static List<Class<?>> deciders(ConfigurableListableBeanFactory beanFactory) {
        return Arrays.stream(beanFactory.getBeanNamesForType(Decider.class, true, false))
                .<Class<?>>map(beanFactory::getType)
                .filter(Objects::nonNull)
                .toList();
    }

    /** What was found. */
    private record Contribution(
            List<? extends Class<?>> events, List<? extends Class<?>> aggregates, List<? extends Class<?>> deciders)
            implements BeanFactoryInitializationAotContribution {

        @Override
        public void applyTo(GenerationContext generation, BeanFactoryInitializationCode code) {
            RuntimeHints hints = generation.getRuntimeHints();
            write(generation, EventType.class, events);
            write(generation, AggregateType.class, aggregates);
            BindingReflectionHintsRegistrar json = new BindingReflectionHintsRegistrar();
            events.forEach(event -> json.registerReflectionHints(hints.reflection(), event));
            Stream.concat(states(aggregates, AggregateRoot.class), states(deciders, Decider.class))
                    .forEach(state -> json.registerReflectionHints(hints.reflection(), state));
            aggregates.forEach(aggregate -> registerConstructor(hints, aggregate));
        }

        private static void write(
                GenerationContext generation, Class<? extends Annotation> annotation, List<? extends Class<?>> found) {
            String path = AnnotatedClassScanner.listed(annotation);
            generation
                    .getGeneratedFiles()
                    .addFile(
                            Kind.RESOURCE,
                            path,
                            content -> content.append(
                                    found.stream().map(Class::getName).collect(Collectors.joining("\n"))));
            generation.getRuntimeHints().resources().registerPattern(path);
            found.forEach(each -> generation.getRuntimeHints().reflection().registerType(each));
        }

        /** The types that a snapshot's JSON is made of. */
        private static Stream<Class<?>> states(List<? extends Class<?>> types, Class<?> declaring) {
            return types.stream()
                    .flatMap(type -> Arrays.stream(
                            ResolvableType.forClass(type).as(declaring).getGenerics()))
                    .<Class<?>>map(ResolvableType::toClass)
                    .filter(type -> type != Object.class);
        }

        private static void registerConstructor(RuntimeHints hints, Class<?> aggregate) {
            Arrays.stream(aggregate.getDeclaredConstructors())
                    .filter(constructor -> Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {UUID.class}))
                    .forEach(constructor -> hints.reflection().registerConstructor(constructor, ExecutableMode.INVOKE));
        }
    }
}
