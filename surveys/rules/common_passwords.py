"""Words of which the passwords are made that are tried first. A list of our own making, in no way complete.

It is not a copy of a list of leaked passwords: such lists are larger and come under terms of their own. What it lacks
in length it gains by `surveys.rules.passwords`, which sees through endings, capitals, look-alike signs, rows of keys.
"""

COMMON_WORDS = frozenset(
    """
    password passwort motdepasse passe secret geheim contrasena senha parola passcode passphrase login signin logon
    welcome willkommen bienvenue bienvenido changeme change newpassword letmein trustno access accessdenied admin
    administrator administrateur root sysadmin superuser user username guest gast invite test testing tester default
    temp temporary sample example demo azerty azertyuiop qwerty qwertz qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm
    iloveyou jetaime ichliebedich teamo mylove lovely lover loveme sweetheart darling honey sunshine rainbow flower
    princess prince queen king angel angels dragon monkey tiger lion panda eagle falcon shark wolf butterfly chocolate
    cookie cheese banana orange apple cherry peaches strawberry football soccer baseball basketball hockey tennis
    rugby cricket liverpool chelsea arsenal barcelona madrid juventus marseille paris london berlin roma america
    england france germany italia espana brasil canada michael jennifer jessica ashley daniel thomas robert joseph
    jordan andrew joshua matthew anthony charlie nicole michelle amanda samantha nicolas camille julien sophie
    starwars superman batman spiderman pokemon naruto matrix gandalf hobbit harrypotter jesus christ god freedom
    liberty peace hope faith heaven blessed family mother father mama papa baby babygirl babyboy brother sister
    friend friends forever whatever nothing something anything computer internet windows microsoft google facebook
    twitter linkedin youtube apple samsung android iphone laptop keyboard mouse server database network system office
    company business manager director secretary secretariat facilitator expert experts research science university
    college school student teacher professor doctor monday tuesday wednesday thursday friday saturday sunday lundi
    mardi mercredi jeudi vendredi samedi dimanche january february march april june july august september october
    november december janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre spring summer
    autumn winter printemps ete automne hiver hello bonjour salut hallo hola ciao merci danke thanks please sorry
    money dollar euro bitcoin rich lucky luck winner champion master shadow killer hunter ranger soldier army navy
    mercedes porsche ferrari toyota honda yamaha harley mustang corvette diamond silver golden purple yellow green
    blue red black white pepper ginger cooper buster bailey maggie daisy lucky snoopy mickey donald garfield
    soleil doudou chouchou loulou coucou nounours toutou chaton minou cheval licorne maison famille amour bisous
    """.split()  # noqa: SIM905 (a list of 334 literals is a page of quotes)
)
ROWS_OF_KEYS = (
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertzuiopasdfghjklyxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "1a2z3e4r5t6y7u8i9o0p",
    "a1b2c3d4e5f6g7h8i9j0",
)
