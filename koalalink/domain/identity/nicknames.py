"""Given names that one person goes by."""

from functools import cache, lru_cache

from koalalink.domain.identity.nickname_data import given_names

# One line a person: every name on it can be the same one's. A name may stand on several lines (Alex, Chris, Pat):
# it then goes with each of them, but does not join them.
_LINES = """
abigail abby gail
abraham abe bram
albert al bert
alexander alex alec sandy xander sasha
alexandra alexandria alex sandra lexi sasha
alfred al alf fred
alice ali allie
allison alison ali allie
amanda mandy
andrea andi
andrew andy drew
angela angie
anthony antony tony
antoinette toni
antonio tony toni
arthur art artie
augustus gus
barbara barb babs barbie
benjamin ben benny benji
bernadette bernie
bernard bernie
beverly bev
bradley brad
calvin cal
cameron cam
candace candy
caroline carol carrie
carolyn carol carrie
cassandra cassie cass
catherine katherine kathryn katharine cathy kathy kate katie kat kit kitty cate
charles charlie charley chuck chas chaz
charlotte charlie lottie char
chester chet
christian chris
christina christine kristina kristine chris tina chrissy christy kris
christopher chris kit topher
clifford cliff
constance connie
curtis curt
cynthia cindy cyndi
daniel dan danny
danielle dani
david dave davey davy
deborah debra deb debbie debby
dennis denny
diana di
diane di
dominic dominick dom nick
donald don donnie
dorothy dot dottie dolly
douglas doug
edith edie
edmund ed eddie
edward ed eddie ted ned
eleanor ellie nell nora
elizabeth elisabeth eliza liz lizzie beth betty betsy libby ellie
emily em emmy
ernest ernie
eugene gene
evelyn eve evie
ezekiel zeke
florence flo
frances fran frannie
francis frank fran
francisco paco pancho frank
franklin frank
frederick frederic fred freddie freddy
gabriel gabe
gabrielle gabriella gabby
gerald gerry jerry
geraldine gerry
gerard gerry jerry
gilbert gil
gregory greg
guadalupe lupe lupita
gwendolyn gwen
harold harry hal
helen nell
henry hank harry hal
herbert herb bert
howard howie
isaac ike
isabella isabel isabelle bella izzy belle
jacob jake
jacqueline jackie jacki
james jim jimmy jamie
janet jan
janice jan
jasmine jas
jeffrey geoffrey jeff geoff
jennifer jen jenny jenn
jeremiah jerry
jeremy jerry
jessica jess jessie jessi
jesus chuy
joanna joanne jo
john johnny jack
jonathan jon jonny johnny
jose pepe
joseph joe joey
josephine jo josie
joshua josh
judith judy
julia jules
julie jules
katelyn kaitlyn caitlin kate katie
kathleen kathy kath
kenneth ken kenny
kimberly kim kimmy kimmie
kristin kris
lawrence laurence larry
leonard leo len lenny
leroy lee roy
leslie les
lester les
lillian lily lil
louis lou louie
lucas luke
lucille lucy
luis lou
madeline maddie
margaret meg maggie peggy marge margie greta rita
marjorie marge margie
martha marty
martin marty
matilda tilda tillie
matthew matt matty
maximilian max
maxwell max
megan meg
melissa mel missy lissa
michael mike mikey mick micky mickey
michelle shelly
mildred millie
milton milt
mitchell mitch
montgomery monty
nancy nan
natalie nat
nathan nate nat
nathaniel nate nathan nat
nicholas nicolas nick nicky
nicole nicki nikki
norman norm
oliver ollie
olivia liv livvy
pamela pam pammy
patricia pat patty patti patsy trish tricia
patrick pat paddy
penelope penny
peter pete
philip phillip phil
priscilla cilla
rachel rae
raymond ray
rebecca becky becca beckie
reginald reggie reg
richard rick ricky dick rich richie
robert rob robbie bob bobby bobbie bert
roberta bobbie
roberto beto
rodney rod
roger rog
ronald ron ronnie ronny
rosemary rose rosie
roxanne roxy
rudolph rudy
russell russ
salvatore sal
samantha sam sammy sammie
samuel sam sammy
sandra sandy
sarah sara sally sadie
sebastian seb
sharon shari
sheldon shelly
sidney sid
solomon sol
sophia sofia sophie
stanley stan
stephanie steph
stephen steven steve stevie
susan suzanne susanna sue suzy suzie susie
sylvester sly
tabitha tabby
tamara tammy
teresa theresa terry teri terri tess tessa
terrence terence terry
thaddeus thad tad
theodore ted teddy theo
thomas tom tommy
tiffany tiff
timothy tim timmy
tobias toby
valerie val
veronica ronnie vera
victor vic
victoria vicky vicki vickie tori
vincent vince vinny
virginia ginny
vivian viv
wallace wally
walter walt
wesley wes
wilfred will fred
william will willie willy bill billy billie
winifred winnie
zachary zack zach
"""

# One name in several spellings, as it is transcribed (English Wikipedia, "Muhammad (name)" and the like).
_SPELLINGS = """
mohammed muhammad mohamed mohammad muhammed mohamad mohd md
yousef youssef yusuf yousuf yosef
ahmed ahmad ahmet
hassan hasan
hussein husain hussain
omar umar omer
abdullah abdallah
fatima fatimah fatma
aisha aysha ayesha
ibrahim ebrahim
khalid khaled
said sayed saeed
sergei sergey sergej
alexei alexey aleksei
dmitri dmitry dmitriy
nikolai nikolay
yuri yuriy yury
natalia natalya nataliya
tatiana tatyana
yulia julia iuliia
maria ma
"""

_FOR_BOTH = frozenset(
    "alex andy bernie billie bobbie charlie chris dani danny drew eddie frankie gerry jackie jamie jess jo kim kris "
    "lee les lou max mel nat nick nicky pat ray ronnie sam sammy sandy sasha shelly steph terry toni tony val".split()
)
"""Nicknames of men and of women: Chris Doe may be Christopher's wife Christine."""


@cache
def _lines_of() -> dict[str, set[int]]:
    lines: dict[str, set[int]] = {}
    for number, line in enumerate((_LINES + _SPELLINGS).split("\n")):
        for name in line.split():
            lines.setdefault(name, set()).add(number)
    return lines


def share_a_nickname(one: str, other: str) -> bool:
    """Tell whether two folded given names can be one person's."""
    lines = _lines_of()
    return not lines.get(one, set()).isdisjoint(lines.get(other, set()))


@lru_cache(maxsize=1024)
def names_like(name: str) -> frozenset[str]:
    """Return the other names, folded, that somebody of a folded given name may be called by."""
    lines = (_LINES + _SPELLINGS).split("\n")
    found = {other for number in _lines_of().get(name, ()) for other in lines[number].split()}
    return frozenset(found - {name})


def is_known(name: str) -> bool:
    """Tell whether a folded word is a given name, as far as public statistics of names go."""
    return name in given_names() or name in _lines_of()


def is_of_both_sexes(one: str, other: str) -> bool:
    """Tell whether one of two names is a nickname that a man and a woman of different names both have."""
    return one in _FOR_BOTH or other in _FOR_BOTH
