package io.eventsource.house;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;

/** One file of a module's sources, as the compiler's parser reads it. */
record SourceFile(String module, CompilationUnitTree unit, SourcePositions positions, CodeLines code) {

    private static final Set<String> MARKS_OF_TESTS = Set.of("Test", "ParameterizedTest", "RepeatedTest", "Property");

    String packageName() {
        return String.valueOf(unit.getPackageName());
    }

    String name() {
        String path = unit.getSourceFile().getName();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The imported names, of types and of static members. */
    Stream<String> imports() {
        return unit.getImports().stream()
                .map(ImportTree::getQualifiedIdentifier)
                .map(Tree::toString);
    }

    /** Those of the top level. */
    Stream<ClassTree> types() {
        return unit.getTypeDecls().stream().filter(ClassTree.class::isInstance).map(ClassTree.class::cast);
    }

    Stream<ClassTree> publicTypes() {
        return types().filter(SourceFile::isPublic);
    }

    /** How many there are with those nested in them. What is nested in an interface is public without a word. */
    long publicTypesWithNested() {
        return publicTypes().mapToLong(SourceFile::withNested).sum();
    }

    private static long withNested(ClassTree type) {
        boolean open = type.getKind() == Tree.Kind.INTERFACE || type.getKind() == Tree.Kind.ANNOTATION_TYPE;
        return 1
                + type.getMembers().stream()
                        .filter(ClassTree.class::isInstance)
                        .map(ClassTree.class::cast)
                        .filter(nested -> open || isPublic(nested))
                        .mapToLong(SourceFile::withNested)
                        .sum();
    }

    /** The methods that JUnit or jqwik runs. */
    List<String> namesOfTests() {
        List<String> names = new ArrayList<>();
        new TreeScanner<Void, List<String>>() {
            @Override
            public Void visitMethod(MethodTree method, List<String> found) {
                boolean test = method.getModifiers().getAnnotations().stream()
                        .anyMatch(each ->
                                MARKS_OF_TESTS.contains(each.getAnnotationType().toString()));
                if (test) {
                    found.add(method.getName().toString());
                }
                return super.visitMethod(method, found);
            }
        }.scan(unit, names);
        return names;
    }

    private static boolean isPublic(ClassTree type) {
        return type.getModifiers().getFlags().contains(Modifier.PUBLIC);
    }

    int codeLines() {
        return code.all();
    }

    int codeLines(Tree tree) {
        return code.between(
                unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree)),
                unit.getLineMap().getLineNumber(positions.getEndPosition(unit, tree)));
    }
}
